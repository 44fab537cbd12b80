<?xml version="1.0" encoding="UTF-8"?>
<!-- From the payment platform's notice to a booking for the finance system. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:p="urn:stellwerk:payment:1"
                xmlns="urn:stellwerk:finance:1"
                exclude-result-prefixes="p">

  <xsl:output method="xml" indent="yes"/>

  <!-- Given by the hub. -->
  <xsl:param name="today"/>

  <xsl:template match="/p:payment-status">
    <booking>
      <kassenzeichen><xsl:value-of select="normalize-space(p:kassenzeichen)"/></kassenzeichen>
      <amount-cents><xsl:value-of select="normalize-space(p:amount-cents)"/></amount-cents>
      <currency><xsl:value-of select="normalize-space(p:currency)"/></currency>
      <text>GEWERBEANMELDUNG</text>
      <date><xsl:value-of select="$today"/></date>
    </booking>
  </xsl:template>
</xsl:stylesheet>
