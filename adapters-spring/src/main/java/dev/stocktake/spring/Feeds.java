package dev.stocktake.spring;

import dev.stocktake.ChangeFeed;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.TimedFeed;
import dev.stocktake.jdbc.TimestampFeed;
import dev.stocktake.jdbc.XminFeed;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The feeds that the properties ask for. */
final class Feeds {

    private final String index;
    private final String path;
    private final StocktakeProperties.Index properties;
    private final DataSource dataSource;
    private final Texts texts;

    Feeds(String index, String path, StocktakeProperties.Index properties, DataSource dataSource, Texts texts) {
        this.index = index;
        this.path = path;
        this.properties = properties;
        this.dataSource = dataSource;
        this.texts = texts;
    }

    List<ChangeFeed> make() {
        List<ChangeFeed> feeds = new ArrayList<>();
        if (!properties.tables().isEmpty()) {
            ProductTables tables = GraphText.parse(path + ".tables", properties.tables());
            for (StocktakeProperties.By by : properties.changes().by()) {
                feeds.add(feed(by, tables));
            }
        }
        String timed = properties.changes().timed();
        if (timed != null) {
            feeds.add(TimedFeed.builder(dataSource, texts.read(path + ".changes.timed", timed))
                    .build());
        }
        return List.copyOf(feeds);
    }

    private ChangeFeed feed(StocktakeProperties.By by, ProductTables tables) {
        return switch (by) {
            case TIMESTAMPS ->
                TimestampFeed.builder(dataSource, tables)
                        .overlap(properties.changes().overlap())
                        .build();
            case XMIN -> XminFeed.builder(dataSource, tables).build();
            case CHANGE_LOG -> changeLog(tables);
        };
    }

    private ChangeFeed changeLog(ProductTables tables) {
        StocktakeProperties.ChangeLog said = properties.changes().changeLog();
        String schema = said.schema();
        if (Embedded.shallMake(said.install(), dataSource)) {
            ChangeLog.Builder log = ChangeLog.builder(dataSource, tables);
            if (schema != null) {
                log.schema(schema);
            }
            log.build().install();
        }
        String name = said.name();
        ChangeLogFeed.Builder feed =
                ChangeLogFeed.builder(dataSource, tables).name(name == null ? "changes-" + index : name);
        if (schema != null) {
            feed.schema(schema);
        }
        return feed.build();
    }
}
