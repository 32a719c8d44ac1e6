package dev.stocktake.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.BaseStream;

/** The calls and method references that reach for the world outside. */
final class Accesses {

    private static final String CONSTRUCTOR = "<init>";

    private Accesses() {}

    static DescribedPredicate<JavaAccess<?>> timeOrChance() {
        return target("reads a clock, waits or rolls dice", target -> {
            JavaClass owner = target.getOwner();
            String name = target.getName();
            return owner.isEquivalentTo(System.class)
                            && Set.of("currentTimeMillis", "nanoTime").contains(name)
                    || owner.getPackageName().equals("java.time") && name.equals("now") && !takes(target, Clock.class)
                    || owner.isEquivalentTo(Clock.class) && name.startsWith("system")
                    || owner.isEquivalentTo(Clock.class) && name.startsWith("tick") && !takes(target, Clock.class)
                    || owner.isEquivalentTo(InstantSource.class) && name.equals("system")
                    || owner.isEquivalentTo(Date.class) && name.equals(CONSTRUCTOR) && takesNothing(target)
                    || owner.isEquivalentTo(Thread.class) && name.equals("sleep")
                    || owner.isEquivalentTo(TimeUnit.class) && name.equals("sleep")
                    || owner.isEquivalentTo(LockSupport.class)
                            && Set.of("parkNanos", "parkUntil").contains(name)
                    || (owner.isEquivalentTo(Math.class) || owner.isEquivalentTo(StrictMath.class))
                            && name.equals("random")
                    || (owner.isAssignableTo(Random.class) || owner.isEquivalentTo(SplittableRandom.class))
                            && name.equals(CONSTRUCTOR)
                            && takesNothing(target)
                    || owner.isEquivalentTo(ThreadLocalRandom.class) && name.equals("current")
                    || owner.isEquivalentTo(UUID.class) && name.equals("randomUUID");
        });
    }

    static DescribedPredicate<JavaAccess<?>> newThread() {
        return target("makes a thread or borrows one", target -> {
            JavaClass owner = target.getOwner();
            String name = target.getName();
            return owner.isEquivalentTo(Executors.class)
                    || name.equals(CONSTRUCTOR)
                            && (owner.isAssignableTo(Thread.class)
                                    || owner.isAssignableTo(ExecutorService.class)
                                    || owner.isAssignableTo(Timer.class))
                    || owner.isEquivalentTo(Thread.class)
                            && Set.of("ofVirtual", "startVirtualThread").contains(name)
                    || owner.isEquivalentTo(ForkJoinPool.class) && name.equals("commonPool")
                    || (owner.isEquivalentTo(CompletableFuture.class) || owner.isEquivalentTo(CompletionStage.class))
                            && name.endsWith("Async")
                    || owner.isAssignableTo(Collection.class) && name.equals("parallelStream")
                    || owner.isAssignableTo(BaseStream.class) && name.equals("parallel");
        });
    }

    private static DescribedPredicate<JavaAccess<?>> target(String description, Predicate<AccessTarget> predicate) {
        return DescribedPredicate.describe(description, access -> predicate.test(access.getTarget()));
    }

    private static boolean takes(AccessTarget target, Class<?> type) {
        return target instanceof CodeUnitAccessTarget unit
                && unit.getRawParameterTypes().stream().anyMatch(parameter -> parameter.isEquivalentTo(type));
    }

    private static boolean takesNothing(AccessTarget target) {
        return target instanceof CodeUnitAccessTarget unit
                && unit.getRawParameterTypes().isEmpty();
    }
}
