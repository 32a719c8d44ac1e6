package dev.stocktake.jdbc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that need a MariaDB server on this machine. Without one they are skipped, but not on a build server. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(NeedsMariaDb.Installed.class)
@interface NeedsMariaDb {

    /** Looks for the server's programs; starts nothing. */
    final class Installed implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (TestMariaDb.isInstalled()) {
                return ConditionEvaluationResult.enabled("There is a MariaDB server");
            }
            String missing = "No MariaDB server is installed (mariadbd, mariadb-install-db); with Debian: apt-get"
                    + " install mariadb-server-core";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException(missing + ". With CI=true these tests must run");
            }
            return ConditionEvaluationResult.disabled(missing);
        }
    }
}
