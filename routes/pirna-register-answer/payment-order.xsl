<?xml version="1.0" encoding="UTF-8"?>
<!-- From the register's acceptance to the order for the fee, due in thirty days. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:r="urn:stellwerk:sample:pirna-register:2"
                xmlns="urn:stellwerk:payment:1"
                exclude-result-prefixes="r">

  <xsl:output method="xml" indent="yes"/>

  <!-- Given by the hub. -->
  <xsl:param name="case"/>
  <xsl:param name="in-30-days"/>

  <xsl:template match="/r:antwort">
    <payment-order>
      <case><xsl:value-of select="$case"/></case>
      <amount-cents><xsl:value-of select="normalize-space(r:gebuehrCent)"/></amount-cents>
      <currency>EUR</currency>
      <text>GEWERBEANMELDUNG</text>
      <due><xsl:value-of select="$in-30-days"/></due>
    </payment-order>
  </xsl:template>
</xsl:stylesheet>
