package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** A bean of type {@link Stocktake} for every index, qualified by its name. */
final class StocktakeRegistrar implements ImportBeanDefinitionRegistrar {

    private final Environment environment;

    StocktakeRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        Set<String> named = Binder.get(environment)
                .bind("stocktake.indexes", Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of())
                .keySet();
        if (named.isEmpty()) {
            register(registry, "stocktake", StocktakeAutoConfiguration.ONLY);
        }
        named.forEach(index -> register(registry, "stocktake-" + index, index));
    }

    private static void register(BeanDefinitionRegistry registry, String bean, String index) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(Stocktake.class);
        definition.setFactoryBeanName("stocktakes");
        definition.setFactoryMethodName("get");
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, index);
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, index));
        // Nobody shall wait for it who does not need it.
        definition.setLazyInit(true);
        // Whoever made it closes it, after what runs it has stopped.
        definition.setDestroyMethodName("");
        registry.registerBeanDefinition(bean, definition);
    }
}
