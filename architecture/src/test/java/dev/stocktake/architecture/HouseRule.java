package dev.stocktake.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/**
 * The house rules, one constant each, so that {@link RulesBiteTest} can show that none of them is asleep. A rule that
 * knows exceptions lists them here, by name, where a reviewer sees them.
 */
enum HouseRule {
    EVERY_CLASS_HAS_A_HOME(
            "a package belongs to exactly one module, and the core is flat",
            world -> classes()
                    .should(Conditions.satisfy(
                            "be in a package of a known module",
                            type -> world.moduleOf(type).isPresent()))),

    CORE_STANDS_ALONE(
            "whoever embeds the core gets its dependencies too",
            world -> classes()
                    .that(world.in(Module.CORE))
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            world.root(),
                            "java..",
                            "org.slf4j..",
                            "io.github.resilience4j.retry..",
                            "io.github.resilience4j.core..",
                            "org.jspecify.annotations")),

    ONLY_RETRIES_KNOWS_RESILIENCE4J(
            "the retry library must be replaceable in one class",
            world -> noClasses()
                    .that(not(world.named(List.of("Retries"))))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.github.resilience4j..")),

    ADAPTERS_KNOW_ONLY_THE_CORE(
            "an adapter is chosen alone",
            world -> noClasses()
                    .that(world.in(Module.TESTKIT, Module.JDBC, Module.MEILISEARCH, Module.LUCENE))
                    .should(Conditions.dependOnAnotherModuleThanCore(world))),

    TESTKIT_IS_FOR_TESTS(
            "fakes must not reach production",
            world -> noClasses()
                    .that(world.in(Module.CORE, Module.JDBC, Module.MEILISEARCH, Module.LUCENE, Module.SPRING))
                    .should()
                    .dependOnClassesThat(world.in(Module.TESTKIT))),

    SQL_IS_FOR_JDBC(
            "the engine and the indexes do not know what a database is",
            world -> noClasses()
                    .that(world.published().and(not(world.in(Module.JDBC, Module.SPRING))))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql.."))),

    SPRING_HANDS_A_DATA_SOURCE_ON(
            "the starter assembles; it speaks no SQL",
            world -> noClasses()
                    .that(world.in(Module.SPRING))
                    .should()
                    .dependOnClassesThat(resideInAPackage("java.sql.."))),

    WHAT_MOVED_IN_BOOT_4_IS_IN_TWO_CLASSES(
            "one artifact serves two lines of Spring Boot",
            world -> noClasses()
                    .that(world.in(Module.SPRING)
                            .and(not(world.named(List.of("spring.HealthOnBoot3", "spring.HealthOnBoot4")))))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(
                            "org.springframework.boot.actuate.health..",
                            "org.springframework.boot.actuate.autoconfigure.health..",
                            "org.springframework.boot.actuate.autoconfigure.metrics..",
                            "org.springframework.boot.health..",
                            "org.springframework.boot.autoconfigure.jdbc..",
                            "org.springframework.boot.autoconfigure.jackson..",
                            "org.springframework.boot.autoconfigure.web.."))),

    HTTP_AND_THE_SDK_ARE_FOR_MEILISEARCH(
            "only one adapter talks to a Meilisearch server",
            world -> noClasses()
                    .that(world.published().and(not(world.in(Module.MEILISEARCH))))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("java.net.http..", "com.meilisearch.."))),

    JACKSON_IS_FOR_ADAPTERS_WITH_JSON(
            "a document is a map; only the edges know JSON",
            world -> noClasses()
                    .that(world.published().and(not(world.in(Module.JDBC, Module.MEILISEARCH))))
                    .should()
                    .dependOnClassesThat(resideInAPackage("com.fasterxml.."))),

    LUCENE_IS_FOR_LUCENE(
            "only one adapter embeds an index",
            world -> noClasses()
                    .that(world.published().and(not(world.in(Module.LUCENE))))
                    .should()
                    .dependOnClassesThat(resideInAPackage("org.apache.lucene.."))),

    TIME_AND_CHANCE_ARE_HANDED_IN(
            "a simulation must own the clock, the waiting and the dice",
            world -> noClasses()
                    .that(world.published().and(not(world.named(Exceptions.MAY_TOUCH_TIME_AND_CHANCE))))
                    .should()
                    .accessTargetWhere(Accesses.timeOrChance())),

    THREADS_ARE_MADE_IN_NAMED_CLASSES(
            "whoever reads the list knows every thread we own",
            world -> noClasses()
                    .that(world.published().and(not(world.named(Exceptions.MAY_MAKE_THREADS))))
                    .should()
                    .accessTargetWhere(Accesses.newThread())),

    NO_SYNCHRONIZED_METHODS(
            "a lock that callers can take too is not ours",
            world -> methods()
                    .that()
                    .areDeclaredInClassesThat(world.published())
                    .should()
                    .notHaveModifier(SYNCHRONIZED)),

    LOGGING_IS_PLAIN_SLF4J(
            "one way of logging, and it costs nothing when it is off",
            world -> noClasses()
                    .that(world.published())
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(
                                    "org.slf4j.spi..",
                                    "org.slf4j.event..",
                                    "java.util.logging..",
                                    "org.apache.commons.logging..")
                            .or(describe(
                                    "are System.Logger",
                                    type -> type.getName().startsWith("java.lang.System$Logger"))))),

    LOGGERS_ARE_PRIVATE_STATIC_FINAL(
            "a logger is nobody else's business",
            world -> fields().that()
                    .haveRawType("org.slf4j.Logger")
                    .should()
                    .bePrivate()
                    .andShould()
                    .beStatic()
                    .andShould()
                    .beFinal()),

    NO_STANDARD_STREAMS(
            "the console belongs to the host",
            world -> noClasses().that(world.published()).should(ACCESS_STANDARD_STREAMS)),

    NO_CHECKED_EXCEPTIONS(
            "callers get one unchecked root, and InterruptedException where we wait",
            world -> classes().that(world.published()).should(Conditions.declareNoCheckedExceptionsToCallers())),

    CONCRETE_CLASSES_ARE_FINAL(
            "what was not designed to be extended must not be",
            world -> classes()
                    .that()
                    .areTopLevelClasses()
                    .and(describe(
                            "are concrete",
                            type -> !type.isInterface()
                                    && !type.isEnum()
                                    && !type.getModifiers().contains(ABSTRACT)))
                    .and()
                    .areNotAssignableTo(Throwable.class)
                    .should()
                    .haveModifier(FINAL)),

    PACKAGES_ARE_NULL_MARKED(
            "a reference is non-null unless it says otherwise",
            world -> classes()
                    .should(Conditions.satisfy(
                            "be in a package marked @NullMarked",
                            type -> type.getPackage().isAnnotatedWith(NullMarked.class)))),

    PUBLIC_SIGNATURES_NAME_PUBLIC_TYPES(
            "a caller must be able to name what he gets",
            world -> classes().that(world.published()).should(Conditions.nameOnlyTypesCallersCanSee(world))),

    CONTRACTS_ARE_ABSTRACT(
            "a contract is extended by whoever keeps it",
            world -> classes()
                    .that()
                    .haveSimpleNameEndingWith("Contract")
                    .should()
                    .haveModifier(ABSTRACT));

    /** The exceptions, by name below the root package, with everything nested in them. */
    private static final class Exceptions {
        static final List<String> MAY_TOUCH_TIME_AND_CHANCE = List.of(
                "Stocktake$Builder",
                "SystemTime",
                "Sleeper",
                "meilisearch.MeilisearchIndex$Builder",
                "jdbc.JdbcLedger$Builder",
                "spring.StocktakeAutoConfiguration");
        static final List<String> MAY_MAKE_THREADS = List.of(
                "Loop",
                "Readers",
                "testkit.Crowd",
                "meilisearch.HttpThreads",
                "testkit.sim.Crew",
                "spring.Farewell",
                "spring.Lasting",
                "spring.Preparation",
                "spring.StocktakeLifecycle",
                "spring.Runner");
    }

    private final String reason;
    private final Function<World, ArchRule> rule;

    HouseRule(String reason, Function<World, ArchRule> rule) {
        this.reason = reason;
        this.rule = rule;
    }

    ArchRule in(World world) {
        return rule.apply(world).allowEmptyShould(true).because(reason);
    }
}
