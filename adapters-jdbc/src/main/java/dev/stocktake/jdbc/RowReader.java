package dev.stocktake.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the queries of a document's tree for some products. First all are asked, and only then their rows are turned into
 * ours: the database need not wait for that. Or one by one, where the driver wants that, or shall hold as few rows as can be.
 *
 * <p>Confined to a thread and a transaction.
 */
final class RowReader implements AutoCloseable {

    /** Enough for the rows of most pages at once, and for those of any in a few round trips. */
    private static final int FETCH_SIZE = 5_000;

    private final Database.Session session;
    private final Selection selection;
    private final KnownColumns known;
    private final boolean oneByOne;
    private final Map<QueryNode, Answer> answers = new IdentityHashMap<>();
    private final Map<QueryNode, List<Row>> taken = new IdentityHashMap<>();

    RowReader(Database.Session session, Selection selection, KnownColumns known, boolean oneByOne) {
        this.session = session;
        this.selection = selection;
        this.known = known;
        this.oneByOne = oneByOne;
    }

    /**
     * What the database has answered; the driver holds its rows, or knows where to get more.
     *
     * @param any whether there is a first row, on which the result stands
     */
    private record Answer(PreparedStatement statement, ResultSet result, Columns columns, boolean any)
            implements AutoCloseable {

        List<Row> rows() throws SQLException {
            List<Row> rows = new ArrayList<>();
            for (boolean more = any; more; more = result.next()) {
                rows.add(columns.row(result));
            }
            return rows;
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }

    /**
     * Asks for a query's rows.
     *
     * @return whether there are any
     * @throws BadDataException if the data of some row makes the statement fail, or does not fit into memory
     */
    boolean ask(QueryNode node) {
        return translated(node, () -> {
            Problems problems = new Problems("JdbcProductSource");
            Answer answer = answer(session, node, selection, known, problems);
            answers.put(node, answer);
            if (oneByOne) {
                taken.put(node, take(answers.remove(node)));
            }
            return answer.any();
        });
    }

    /**
     * The rows of a query that was asked, once; none if it was not.
     *
     * @throws BadDataException as for {@link #ask}, for rows that the driver had not yet
     */
    List<Row> rows(QueryNode node) {
        Answer answer = answers.remove(node);
        return answer == null ? taken.getOrDefault(node, List.of()) : translated(node, () -> take(answer));
    }

    private static List<Row> take(Answer answer) throws SQLException {
        try (answer) {
            return answer.rows();
        }
    }

    /** Drops what was asked and not read. */
    @Override
    public void close() throws SQLException {
        SQLException failure = null;
        for (Answer answer : answers.values()) {
            try {
                answer.close();
            } catch (SQLException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Asks something of the driver. */
    @FunctionalInterface
    private interface Question<T> {
        T ask() throws SQLException;
    }

    private static <T> T translated(QueryNode node, Question<T> question) {
        try {
            return question.ask();
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
        answer(session, node, new Selection.None(), new KnownColumns(), problems)
                .close();
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

    private static Answer answer(
            Database.Session session, QueryNode node, Selection selection, KnownColumns known, Problems problems)
            throws SQLException {
        ProductQuery query = node.query();
        String sql = query.sql(expression -> selection.condition(expression, session.dialect()));
        PreparedStatement statement = session.connection().prepareStatement(sql);
        try {
            statement.setFetchSize(FETCH_SIZE);
            int index = 1;
            for (int i = 0; i < query.expressions().size(); i++) {
                index = selection.bind(statement, index, session.dialect());
            }
            ResultSet result = statement.executeQuery();
            Columns columns = known.of(result.getMetaData(), session.dialect(), node, problems);
            if (!(selection instanceof Selection.None)) {
                problems.throwIfAny();
            }
            return new Answer(statement, result, columns, result.next());
        } catch (SQLException | RuntimeException | Error e) {
            closeAfter(e, statement);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, PreparedStatement statement) {
        try {
            statement.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }
}
