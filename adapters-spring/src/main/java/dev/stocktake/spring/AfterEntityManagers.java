package dev.stocktake.spring;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Lets Stocktake look at the database after Hibernate has made its tables, where it does. */
final class AfterEntityManagers implements BeanFactoryPostProcessor {

    private static final String FACTORY = "jakarta.persistence.EntityManagerFactory";
    private static final String OURS = "stocktakes";

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        ClassLoader loader = beans.getBeanClassLoader();
        if (!ClassUtils.isPresent(FACTORY, loader) || !beans.containsBeanDefinition(OURS)) {
            return;
        }
        String[] factories = beans.getBeanNamesForType(ClassUtils.resolveClassName(FACTORY, loader), true, false);
        if (factories.length > 0) {
            BeanDefinition ours = beans.getBeanDefinition(OURS);
            Set<String> first = new LinkedHashSet<>();
            String[] already = ours.getDependsOn();
            first.addAll(already == null ? List.of() : List.of(already));
            for (String factory : factories) {
                first.add(factory.startsWith("&") ? factory.substring(1) : factory);
            }
            ours.setDependsOn(StringUtils.toStringArray(first));
        }
    }
}
