package de.stellwerk.hub.security;

import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.signal.Visitors;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;

/** Which door wants which right. What is not named here is closed; messages are handed in at an {@link Entrance} of their own. */
public final class Access {

    private Access() {}

    public static SecurityFilterChain chain(HttpSecurity http, EntrySignal signal, Visitors visitors, Keys keys) {
        return http.csrf(
                        AbstractHttpConfigurer::disable) // no cookies, no session: nothing a foreign page could ride on
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .anonymous(anonymous -> {})
                .addFilterBefore(new SignalFilter(signal), UsernamePasswordAuthenticationFilter.class)
                .addFilterBefore(new KeyFilter(keys), UsernamePasswordAuthenticationFilter.class)
                .addFilterBefore(new VisitorFilter(visitors), UsernamePasswordAuthenticationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(
                        policy -> policy.policyDirectives(SafeHeaders.CONTENT_SECURITY_POLICY)))
                .authorizeHttpRequests(doors -> doors.requestMatchers("/health/live", "/health/ready")
                        .permitAll()
                        .requestMatchers("/hooks/**")
                        .permitAll() // a receiver proves its sender itself
                        .requestMatchers(HttpMethod.GET, "/api/v1/messages/*/receipt")
                        .hasAnyAuthority(Right.SEND.name(), Right.READ.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/messages/*/parts/*")
                        .hasAuthority(Right.CONTENT.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/messages/*/test-case")
                        .hasAuthority(Right.CONTENT.name())
                        .requestMatchers(HttpMethod.GET, "/api/v1/cases/*/evidence")
                        .hasAuthority(Right.CONTENT.name())
                        .requestMatchers("/api/v1/keys", "/api/v1/keys/*", "/api/v1/nodes")
                        .hasAuthority(Right.ADMIN.name())
                        // whoever brings code to the hub could do all that the hub can
                        .requestMatchers(HttpMethod.POST, "/api/v1/plugins", "/api/v1/plugins/directory/**")
                        .hasAuthority(Right.ADMIN.name())
                        .requestMatchers(
                                HttpMethod.GET, "/api/v1/**", "/", "/status.css", "/statistics", "/connectors/*")
                        .hasAuthority(Right.READ.name())
                        .requestMatchers(HttpMethod.POST, "/connectors/*")
                        .hasAuthority(Right.READ.name()) // looks at what was typed in, and keeps nothing
                        .requestMatchers(HttpMethod.POST, "/api/v1/**")
                        .hasAuthority(Right.OPERATE.name())
                        .anyRequest()
                        .denyAll())
                .exceptionHandling(failures -> failures.authenticationEntryPoint(
                                (request, response, why) -> Answers.unknownKey(response))
                        .accessDeniedHandler((request, response, why) -> Answers.noRight(response)))
                .build();
    }
}
