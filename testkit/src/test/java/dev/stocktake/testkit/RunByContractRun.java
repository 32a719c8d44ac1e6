package dev.stocktake.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test class that is meant to fail, and only of interest to {@link ContractRun}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RunByContractRun.Condition.class)
@interface RunByContractRun {

    /** The configuration parameter by which {@link ContractRun} makes itself known. */
    String BY = "stocktake.contractRun";

    /** Says no to everybody else. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getConfigurationParameter(BY).isPresent()
                    ? ConditionEvaluationResult.enabled("a contract is tried")
                    : ConditionEvaluationResult.disabled("meant to fail; run by ContractsBiteTest");
        }
    }
}
