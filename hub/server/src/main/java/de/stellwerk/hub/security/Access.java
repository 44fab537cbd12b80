package de.stellwerk.hub.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;

/** Which door wants which right. What is not named here is closed. */
public final class Access {

    private Access() {}

    public static SecurityFilterChain chain(HttpSecurity http, Keys keys) {
        return http.csrf(
                        AbstractHttpConfigurer::disable) // no cookies, no session: nothing a foreign page could ride on
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(anonymous -> {})
                .addFilterBefore(new KeyFilter(keys), UsernamePasswordAuthenticationFilter.class)
                .headers(
                        headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(
                                        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'")))
                .authorizeHttpRequests(doors -> doors.requestMatchers("/health/live", "/health/ready")
                        .permitAll()
                        .requestMatchers("/hooks/**")
                        .permitAll() // a receiver proves its sender itself
                        .requestMatchers(HttpMethod.POST, "/api/v1/messages")
                        .hasAuthority(Right.SEND.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/messages/*/receipt")
                        .hasAnyAuthority(Right.SEND.name(), Right.READ.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/messages/*/parts/*")
                        .hasAuthority(Right.CONTENT.name())
                        .requestMatchers("/api/v1/keys", "/api/v1/keys/*")
                        .hasAuthority(Right.ADMIN.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/**", "/", "/status.css")
                        .hasAuthority(Right.READ.name())
                        .requestMatchers(HttpMethod.POST, "/api/v1/**")
                        .hasAuthority(Right.OPERATE.name())
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(failures -> failures.authenticationEntryPoint((request, response, why) -> {
                            response.setHeader("WWW-Authenticate", "Basic realm=\"Stellwerk\", charset=\"UTF-8\"");
                            refuse(request, response, 401, "access.key", "No valid API key was given.");
                        })
                        .accessDeniedHandler((request, response, why) ->
                                refuse(request, response, 403, "access.right", "This API key may not do that.")))
                .build();
    }

    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, int status, String code, String detail)
            throws IOException {
        response.setStatus(status);
        response.setContentType("application/problem+json");
        var body = "{\"type\":\"about:blank\",\"title\":\"" + (status == 401 ? "Unauthorized" : "Forbidden")
                + "\",\"status\":" + status + ",\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}";
        response.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
}
