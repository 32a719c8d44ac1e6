package dev.stocktake.examples.medusa;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The service. */
@Command(
        name = "run",
        description = "Fills the index and keeps it true, until it is stopped.",
        mixinStandardHelpOptions = true)
final class RunCommand extends Task {

    /** No exit code: the service goes on. */
    static final int GOES_ON = -1;

    @Option(
            names = "--install-change-log",
            description = "Install the triggers first, as the owner of the shop's tables; see change-log.")
    private boolean installChangeLog;

    @Override
    public Integer call() {
        if (json()) {
            throw new WrongSettings("The service answers nothing that could be JSON: leave --json out.");
        }
        SidecarApplication.start(settings(), installChangeLog);
        return GOES_ON;
    }
}
