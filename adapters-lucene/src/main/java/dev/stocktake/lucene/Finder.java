package dev.stocktake.lucene;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.SortedSetSortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;

/** Answers a {@link Search}. Thread-safe. */
final class Finder {

    /** More words than these make a search slow and no better. */
    private static final int MAX_WORDS = 32;

    private static final float PREFIX_WEIGHT = 0.5f;
    private static final float TIE = 0.1f;

    private final FieldSettings settings;
    private final Analyzer analyzer;

    Finder(FieldSettings settings, Analyzer analyzer) {
        this.settings = settings;
        this.analyzer = analyzer;
    }

    /** @throws MisconfiguredException if the search uses a field in a way the settings do not provide for */
    void check(Search search) {
        for (Search.Condition condition : search.conditions()) {
            if (!settings.filters(condition.field())) {
                throw new MisconfiguredException("filterable: field '" + condition.field()
                        + "' cannot be filtered by; add it to LuceneIndex.Builder.filterable");
            }
        }
        for (Search.Order order : search.orders()) {
            if (!settings.sorts(order.field())) {
                throw new MisconfiguredException("sortable: field '" + order.field()
                        + "' cannot be sorted by; add it to LuceneIndex.Builder.sortable");
            }
        }
    }

    Hits find(IndexSearcher searcher, Search search) throws IOException {
        Query query = query(search);
        int limit = Math.min(search.limit(), searcher.getIndexReader().maxDoc());
        if (limit == 0) {
            return new Hits(searcher.count(query), List.of());
        }
        TopDocs top = searcher.search(query, new TopFieldCollectorManager(sort(search), limit, Integer.MAX_VALUE));
        List<Hits.Hit> hits = new ArrayList<>();
        StoredFields stored = searcher.storedFields();
        for (ScoreDoc doc : top.scoreDocs) {
            hits.add(hit(stored.document(doc.doc)));
        }
        return new Hits(top.totalHits.value, hits);
    }

    static Optional<Hits.Hit> get(IndexSearcher searcher, ProductKey key) throws IOException {
        TopDocs top = searcher.search(new TermQuery(IndexFields.keyTerm(key)), 1);
        return top.scoreDocs.length == 0
                ? Optional.empty()
                : Optional.of(hit(searcher.storedFields().document(top.scoreDocs[0].doc)));
    }

    private static Hits.Hit hit(org.apache.lucene.document.Document stored) throws IOException {
        return new Hits.Hit(IndexFields.key(stored.getBinaryValue(IndexFields.KEY)), DocumentMapper.document(stored));
    }

    private Query query(Search search) throws IOException {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        boolean unfinished = endsInAWord(search.text());
        List<String> words = words(search.text(), room(search, unfinished));
        for (int i = 0; i < words.size(); i++) {
            all.add(anywhere(words.get(i), unfinished && i == words.size() - 1), Occur.MUST);
        }
        if (words.isEmpty()) {
            all.add(new MatchAllDocsQuery(), Occur.MUST);
        }
        search.conditions().forEach(condition -> all.add(filter(condition), Occur.FILTER));
        return all.build();
    }

    /** How many words Lucene takes, which counts each in each field. */
    private int room(Search search, boolean unfinished) {
        int fields = Math.max(1, settings.searchable().size());
        int clauses = IndexSearcher.getMaxClauseCount() - search.conditions().size() - (unfinished ? fields : 0);
        return Math.max(1, Math.min(MAX_WORDS, clauses / fields));
    }

    private List<String> words(String text, int most) throws IOException {
        List<String> words = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream("", text)) {
            CharTermAttribute word = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (words.size() < most && tokens.incrementToken()) {
                words.add(word.toString());
            }
        }
        return words;
    }

    private static boolean endsInAWord(String text) {
        return !text.isEmpty() && Character.isLetterOrDigit(text.codePointBefore(text.length()));
    }

    /** A word in the field where it counts most. */
    private Query anywhere(String word, boolean unfinished) {
        List<Query> places = new ArrayList<>();
        List<String> fields = settings.searchable();
        for (int i = 0; i < fields.size(); i++) {
            Term term = new Term(IndexFields.text(fields.get(i)), word);
            float weight = fields.size() - i;
            places.add(new BoostQuery(new TermQuery(term), weight));
            if (unfinished) {
                places.add(new BoostQuery(new PrefixQuery(term), PREFIX_WEIGHT * weight));
            }
        }
        return new DisjunctionMaxQuery(places, TIE);
    }

    private static Query filter(Search.Condition condition) {
        if (condition instanceof Search.Condition.Equal equal) {
            return new TermQuery(new Term(IndexFields.keyword(equal.field()), IndexFields.keyword(equal.value())));
        }
        Search.Condition.Between between = (Search.Condition.Between) condition;
        return DoublePoint.newRangeQuery(IndexFields.number(between.field()), between.from(), between.to());
    }

    /** Equals are ordered by key, so that an edit of one product does not make the others jump. */
    private static Sort sort(Search search) {
        List<SortField> fields = new ArrayList<>();
        for (Search.Order order : search.orders()) {
            SortField number = new SortedNumericSortField(
                    IndexFields.sortNumber(order.field()), SortField.Type.DOUBLE, order.descending());
            number.setMissingValue(order.descending() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
            SortField text = new SortedSetSortField(IndexFields.sortText(order.field()), order.descending());
            text.setMissingValue(SortField.STRING_LAST);
            fields.add(number);
            fields.add(text);
        }
        fields.add(SortField.FIELD_SCORE);
        fields.add(new SortField(IndexFields.KEY, SortField.Type.STRING));
        return new Sort(fields.toArray(SortField[]::new));
    }
}
