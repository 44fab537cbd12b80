<?xml version="1.0" encoding="UTF-8"?>
<!-- From the portal's form to the XML that Pirna's trade register reads. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:f="urn:stellwerk:sample:gewerbeanmeldung:1.2"
                xmlns="urn:stellwerk:sample:pirna-register:2"
                exclude-result-prefixes="f">

  <xsl:output method="xml" indent="yes"/>

  <!-- Given by the hub. -->
  <xsl:param name="case"/>
  <xsl:param name="municipality"/>

  <xsl:template match="/f:gewerbeanmeldung">
    <gewerbeanzeige>
      <vorgang><xsl:value-of select="$case"/></vorgang>
      <ags><xsl:value-of select="$municipality"/></ags>
      <art><xsl:value-of select="f:art"/></art>
      <betrieb>
        <xsl:apply-templates select="f:betrieb/*"/>
      </betrieb>
      <person>
        <xsl:apply-templates select="f:person/*"/>
      </person>
    </gewerbeanzeige>
  </xsl:template>

  <!-- The register has the same names in the same order. -->
  <xsl:template match="f:betrieb/* | f:person/*">
    <xsl:element name="{local-name()}">
      <xsl:value-of select="normalize-space()"/>
    </xsl:element>
  </xsl:template>
</xsl:stylesheet>
