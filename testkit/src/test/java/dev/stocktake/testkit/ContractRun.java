package dev.stocktake.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A contract run on an adapter by a test, and which of its tests failed. */
final class ContractRun implements TestExecutionListener {

    private final Set<String> failed = new TreeSet<>();
    private final Set<String> passed = new TreeSet<>();

    static ContractRun of(Class<? extends PortContract> contract) {
        ContractRun run = new ContractRun();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(contract))
                .configurationParameter(RunByContractRun.BY, "true")
                .build();
        LauncherFactory.create().execute(request, run);
        return run;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .ifPresent(source -> {
                    boolean ok = result.getStatus() != TestExecutionResult.Status.FAILED;
                    (ok ? passed : failed).add(source.getMethodName());
                });
    }

    Set<String> failed() {
        return failed;
    }

    Set<String> passed() {
        return passed;
    }
}
