<?xml version="1.0" encoding="UTF-8"?>
<!-- From the form to one flat record, an element a column: what the connector trade-register-csv reads. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:stellwerk:bench:form:1"
                xmlns="urn:stellwerk:sample:leipzig-register:1"
                exclude-result-prefixes="f">

  <xsl:output method="xml" indent="yes"/>

  <!-- Given by the hub. -->
  <xsl:param name="case"/>
  <xsl:param name="municipality"/>

  <xsl:template match="/f:gewerbeanmeldung">
    <register-entry>
      <vorgang><xsl:value-of select="$case"/></vorgang>
      <ags><xsl:value-of select="$municipality"/></ags>
      <art><xsl:value-of select="f:art"/></art>
      <xsl:apply-templates select="f:betrieb/* | f:person/*"/>
      <filialen>
        <xsl:apply-templates select="f:filiale"/>
      </filialen>
    </register-entry>
  </xsl:template>

  <xsl:template match="f:betrieb/f:name">
    <firma><xsl:value-of select="normalize-space()"/></firma>
  </xsl:template>

  <xsl:template match="f:betrieb/* | f:person/*" priority="-1">
    <xsl:element name="{local-name()}">
      <xsl:value-of select="normalize-space()"/>
    </xsl:element>
  </xsl:template>

  <xsl:template match="f:filiale">
    <xsl:if test="position() &gt; 1">, </xsl:if>
    <xsl:value-of select="concat(f:strasse, ' ', f:hausnummer, ', ', f:plz, ' ', f:ort)"/>
  </xsl:template>
</xsl:stylesheet>
