package de.stellwerk.hub.ledger;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.ledger.Nodes.Source;
import de.stellwerk.hub.postgres.TestPostgres;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;

/** The real ledger on the real database. */
final class SqlStage implements LedgerStage {

    private static final String BEGINNING = "-infinity";

    private record Node(Nodes nodes, SqlLedger ledger) {}

    private final String url;
    private final HikariDataSource database = new HikariDataSource();
    private final Clock clock;
    private final Map<String, Node> living = new HashMap<>();
    private final List<Node> former = new ArrayList<>();

    SqlStage(Clock clock) {
        this.url = TestPostgres.freshDatabase();
        this.clock = clock;
        database.setJdbcUrl(url);
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        database.setMaximumPoolSize(8);
        Flyway.configure().dataSource(database).load().migrate();
    }

    @Override
    public Ledger begin(String name) {
        var nodes = new Nodes(database, clock, name);
        var ledger = new SqlLedger(database, clock, new Ids(clock), nodes);
        var before = living.put(name, new Node(nodes, ledger));
        if (before != null) {
            // Its memory is gone; only a renewal of its own could bring it back.
            before.nodes().close();
            former.add(before);
        }
        return ledger;
    }

    @Override
    public void end(String name) {
        living.get(name).nodes().close();
    }

    @Override
    public boolean lease(String node, Source source) {
        var nodes = living.get(node).nodes();
        nodes.share(List.of(source), each -> false);
        return nodes.holds(source);
    }

    @Override
    public boolean decide(Operator.Decision decision, String delivery) {
        return new Operator(database, clock).decide(decision, delivery, "key/admin", "said so");
    }

    @Override
    public boolean decideMessage(boolean again, UUID message) {
        return new Operator(database, clock).decideMessage(again, message, "key/admin", "said so");
    }

    @Override
    public void pause(String municipality, String connection) {
        new Operator(database, clock).pause(municipality, connection, "key/admin", "said so");
    }

    @Override
    public void resume(String municipality, String connection) {
        new Operator(database, clock).resume(municipality, connection, "key/admin");
    }

    @Override
    public List<String> rows() {
        var rows = new ArrayList<String>();
        rows.addAll(query("""
                select 'message', id, business_id, case_id, state, code, attempt, suspect, due, published_until,
                    (select string_agg(no || role, ',' order by no) from part where message_id = id) from message"""));
        rows.addAll(query("""
                select 'delivery', id, message_id, connection, order_key, body, array_to_string(attachments, '+'), state, code, attempt,
                    tried_before, reference, awaited, due, published_until from delivery"""));
        rows.addAll(query("""
                select 'sending', delivery_id, attempt, node, alive_until > '-infinity' from sending join epoch using (epoch)"""));
        rows.addAll(query("""
                select 'routing', (select string_agg(each::text, ',' order by each::text) from unnest(messages) as each), node,
                    alive_until > '-infinity' from routing join epoch using (epoch)"""));
        Collections.sort(rows);
        return rows;
    }

    @Override
    public List<String> entries() {
        var rows = query("select municipality, what, code, count(*) from entry group by 1, 2, 3");
        Collections.sort(rows);
        return rows;
    }

    private List<String> query(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            var found = new ArrayList<String>();
            while (row.next()) {
                var fields = new ArrayList<String>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    fields.add(field(row, i));
                }
                found.add(String.join(" | ", fields));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String field(ResultSet row, int column) throws SQLException {
        var text = row.getString(column);
        if (!row.getMetaData().getColumnTypeName(column).equals("timestamptz")) {
            return text.equals("t") ? "true" : text.equals("f") ? "false" : text;
        }
        return text.equals(BEGINNING)
                ? "never"
                : Instant.ofEpochMilli(row.getTimestamp(column).getTime()).toString();
    }

    @Override
    public Balance balance() {
        return new Search(database).balance(new Search.Sight(true, List.of()));
    }

    @Override
    public void close() {
        former.addAll(living.values());
        former.parallelStream().forEach(node -> {
            node.ledger().close();
            node.nodes().close();
        });
        database.close();
        TestPostgres.drop(url);
    }
}
