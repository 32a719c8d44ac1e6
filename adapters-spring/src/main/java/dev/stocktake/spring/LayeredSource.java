package dev.stocktake.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;

/** Shows what is said under {@code stocktake.indexes.<name>} as if it were said under {@code stocktake}. */
final class LayeredSource implements IterableConfigurationPropertySource {

    private static final ConfigurationPropertyName TOP = ConfigurationPropertyName.of("stocktake");
    private static final ConfigurationPropertyName INDEXES = ConfigurationPropertyName.of("stocktake.indexes");

    private final ConfigurationPropertySource source;
    private final ConfigurationPropertyName index;

    private LayeredSource(ConfigurationPropertySource source, ConfigurationPropertyName index) {
        this.source = source;
        this.index = index;
    }

    /** What is said of an index, and where nothing is said of it, what is said at the top. */
    static StocktakeProperties.Index bind(Environment environment, String name) {
        ConfigurationPropertyName index =
                INDEXES.append(ConfigurationPropertyName.isValid(name) ? name : "[" + name + "]");
        List<ConfigurationPropertySource> layers = new ArrayList<>();
        Iterable<ConfigurationPropertySource> sources = ConfigurationPropertySources.get(environment);
        sources.forEach(source -> layers.add(new LayeredSource(source, index)));
        sources.forEach(layers::add);
        return new Binder(layers, new PropertySourcesPlaceholdersResolver(environment))
                .bindOrCreate(
                        TOP.toString(),
                        org.springframework.boot.context.properties.bind.Bindable.of(StocktakeProperties.Index.class));
    }

    private @Nullable ConfigurationPropertyName below(ConfigurationPropertyName name) {
        if (!TOP.isAncestorOf(name)) {
            return null;
        }
        return index.append(name.subName(1));
    }

    @Override
    public @Nullable ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
        ConfigurationPropertyName below = below(name);
        ConfigurationProperty found = below == null ? null : source.getConfigurationProperty(below);
        return found == null ? null : new ConfigurationProperty(name, found.getValue(), found.getOrigin());
    }

    @Override
    public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
        if (name.equals(TOP)) {
            return source.containsDescendantOf(index);
        }
        ConfigurationPropertyName below = below(name);
        return below == null ? ConfigurationPropertyState.ABSENT : source.containsDescendantOf(below);
    }

    @Override
    public Stream<ConfigurationPropertyName> stream() {
        return source instanceof IterableConfigurationPropertySource iterable
                ? iterable.stream()
                        .filter(index::isAncestorOf)
                        .map(name -> TOP.append(name.subName(index.getNumberOfElements())))
                : Stream.empty();
    }

    @Override
    public @Nullable Object getUnderlyingSource() {
        return source.getUnderlyingSource();
    }
}
