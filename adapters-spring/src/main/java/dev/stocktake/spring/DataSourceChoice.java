package dev.stocktake.spring;

import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** Which DataSource to use: the one named, else the one annotated, else the only or the primary one. */
final class DataSourceChoice {

    private final ListableBeanFactory beans;
    private final @Nullable String named;
    private final ObjectProvider<DataSource> annotated;
    private final ObjectProvider<DataSource> any;

    DataSourceChoice(
            ListableBeanFactory beans,
            @Nullable String named,
            ObjectProvider<DataSource> annotated,
            ObjectProvider<DataSource> any) {
        this.beans = beans;
        this.named = named;
        this.annotated = annotated;
        this.any = any;
    }

    /** @throws SetUpException if there is none, or nobody can tell which */
    DataSource get() {
        List<String> names = List.of(beans.getBeanNamesForType(DataSource.class));
        if (named != null) {
            if (!names.contains(named)) {
                throw new SetUpException(
                        "'stocktake.data-source' names '" + named
                                + "', and there is no DataSource bean of that name, only " + names + ".",
                        "Correct 'stocktake.data-source'.",
                        null);
            }
            return beans.getBean(named, DataSource.class);
        }
        DataSource chosen = annotated.getIfUnique();
        if (chosen == null) {
            chosen = any.getIfUnique();
        }
        if (chosen != null) {
            return chosen;
        }
        throw names.isEmpty() ? none() : several(names);
    }

    private static SetUpException none() {
        return new SetUpException(
                "There is no DataSource: Stocktake reads the shop's database.",
                "Set 'spring.datasource.url', with the driver and spring-boot-starter-jdbc on the class path.",
                null);
    }

    private static SetUpException several(List<String> names) {
        return new SetUpException(
                "There are several DataSources, and nobody can tell which of them leads to the shop: " + names + ".",
                "Annotate one with @StocktakeDataSource or @Primary, or set 'stocktake.data-source' to its name.",
                null);
    }
}
