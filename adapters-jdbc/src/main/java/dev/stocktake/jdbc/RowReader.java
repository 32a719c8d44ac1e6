package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Runs one query of a document's tree for some products. */
final class RowReader {

    /** Enough for the rows of most pages at once, and for those of any in a few round trips. */
    private static final int FETCH_SIZE = 5_000;

    private RowReader() {}

    /**
     * The rows of these products.
     *
     * @throws BadDataException if the data of some row makes the statement fail, or does not fit into memory
     */
    static List<Row> read(Database.Session session, QueryNode node, Selection selection, KnownColumns known) {
        Problems problems = new Problems("JdbcProductSource");
        try {
            return run(session, node, selection, known, problems);
        } catch (OutOfMemoryError e) {
            throw tooLarge(node, e);
        } catch (SQLException e) {
            if (SqlErrors.isOutOfMemory(e)) {
                throw tooLarge(node, e);
            }
            if (SqlErrors.kind(e) == SqlErrors.Kind.DATA) {
                throw new BadDataException("the query '" + node.path() + "' fails: " + SqlErrors.describe(e), e);
            }
            throw SqlErrors.translate("The query '" + node.path() + "'", e);
        }
    }

    /** Whoever reads one product less will succeed, or knows which one it is. */
    private static BadDataException tooLarge(QueryNode node, Throwable e) {
        return new BadDataException(
                "the rows of the query '" + node.path()
                        + "' do not fit into the memory of this JVM; select less of them," + " or give it more (-Xmx)",
                e);
    }

    /** Adds what is wrong with the query's columns. */
    static void check(Database.Session session, QueryNode node, Problems problems) throws SQLException {
        run(session, node, new Selection.None(), new KnownColumns(), problems);
    }

    /**
     * The names of a node's fields, those of its branches at the end.
     *
     * @throws dev.stocktake.MisconfiguredException if the query cannot be run
     */
    static List<String> fields(Database.Session session, QueryNode node) throws SQLException {
        Problems problems = new Problems("JdbcProductSource");
        String sql = node.query().sql(expression -> new Selection.None().condition(expression, session.dialect()));
        List<String> fields = new ArrayList<>();
        try (PreparedStatement statement = session.connection().prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            fields.addAll(Columns.of(result.getMetaData(), session.dialect(), node, problems)
                    .fields());
        } catch (SQLException e) {
            if (SqlErrors.kind(e) == SqlErrors.Kind.UNAVAILABLE) {
                throw e;
            }
            problems.add(node.path(), "the query fails: " + SqlErrors.describe(e));
        }
        problems.throwIfAny();
        node.roles().hidden().forEach(hidden -> fields.removeIf(hidden::equalsIgnoreCase));
        node.branches().forEach(branch -> fields.add(branch.field()));
        return List.copyOf(fields);
    }

    private static List<Row> run(
            Database.Session session, QueryNode node, Selection selection, KnownColumns known, Problems problems)
            throws SQLException {
        ProductQuery query = node.query();
        String sql = query.sql(expression -> selection.condition(expression, session.dialect()));
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            statement.setFetchSize(FETCH_SIZE);
            int index = 1;
            for (int i = 0; i < query.expressions().size(); i++) {
                index = selection.bind(statement, index, session.dialect());
            }
            try (ResultSet result = statement.executeQuery()) {
                Columns columns = known.of(result.getMetaData(), session.dialect(), node, problems);
                if (!(selection instanceof Selection.None)) {
                    problems.throwIfAny();
                }
                return rows(result, columns);
            }
        }
    }

    private static List<Row> rows(ResultSet result, Columns columns) throws SQLException {
        List<Row> rows = new ArrayList<>();
        while (result.next()) {
            rows.add(columns.row(result));
        }
        return rows;
    }
}
