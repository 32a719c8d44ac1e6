package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A contract that no adapter can break proves nothing: here are some that do. */
class ContractsBiteTest {

    @ParameterizedTest
    @EnumSource
    void noticesALedgerWithoutTheRule(LedgerRule rule) {
        LyingLedgers.CarelessLedger.missing = rule;

        ContractRun run = ContractRun.of(LyingLedgers.CarelessLedger.class);

        assertThat(run.failed()).isNotEmpty();
        assertThat(run.passed()).as("one rule is missing, not all of them").hasSizeGreaterThan(60);
    }

    @Nested
    class OfSources {

        @Test
        void noticesACache() {
            assertThat(ContractRun.of(LyingSources.CachingSource.class).failed())
                    .contains("readsWhatWasJustCommitted")
                    .doesNotContain("walksEveryKeyOnceInPagesOfAnySize");
        }

        @Test
        void noticesPagesByOffset() {
            assertThat(ContractRun.of(LyingSources.OffsetSource.class).failed())
                    .contains("meetsEveryProductThatLivedThroughoutAWalkWhileOthersComeAndGo")
                    .doesNotContain("readsWhatWasJustCommitted");
        }

        @Test
        void noticesAnotherCollation() {
            assertThat(ContractRun.of(LyingSources.MisorderedSource.class).failed())
                    .containsExactly("comparesKeysInTheOrderOfItsWalk");
        }
    }

    @Nested
    class OfFeeds {

        @Test
        void noticesACursorThatPassesOpenTransactions() {
            assertThat(ContractRun.of(LyingFeeds.CursorIntoALog.class).failed())
                    .containsExactlyInAnyOrder(
                            "namesWhatWasCommittedLate", "forgetsNothingThatWasCommittedWhateverHappens");
        }

        @Test
        void noticesAQueueThatForgetsBeforeTheCommit() {
            assertThat(ContractRun.of(LyingFeeds.HastyQueue.class).failed())
                    .contains(
                            "offersAgainWhatWasNotAcknowledged",
                            "offersAgainWhatWasAcknowledgedInATransactionThatFailed");
        }
    }

    @Nested
    class OfIndexes {

        @Test
        void noticesThatAcceptedIsTakenForApplied() {
            assertThat(ContractRun.of(LyingIndexes.AcceptedIsApplied.class).failed())
                    .contains(
                            "refusesABadDocumentWithoutShowingIt",
                            "saysThatAWriteIsPendingUntilItIsApplied",
                            "saysThatItDoesNotRememberAWriteThatItNeverSaw");
        }

        @Test
        void noticesAPageThatLacksAnEntry() {
            assertThat(ContractRun.of(LyingIndexes.PagesWithoutTheirLastEntry.class)
                            .failed())
                    .contains("listsEveryDocumentOnce", "listsAwkwardKeys")
                    .doesNotContain("givesBackTheFingerprintsItWasSent");
        }

        @Test
        void noticesACountOfWhatWasOnlyAccepted() {
            assertThat(ContractRun.of(LyingIndexes.CountOfWhatWasAccepted.class).failed())
                    .containsExactly("countsNothingThatIsNotYetApplied");
        }

        @Test
        void noticesDocumentsThatComeBackWithoutTheirNulls() {
            assertThat(ContractRun.of(LyingIndexes.DocumentsWithoutNulls.class).failed())
                    .containsExactlyInAnyOrder(
                            "givesBackWhateverADocumentCanHold", "countsAndGivesBackWhatOthersWrote");
        }

        @Test
        void noticesThatOnlyTheFirstDocumentsComeBack() {
            assertThat(ContractRun.of(LyingIndexes.OnlyTheFirstTwentyDocuments.class)
                            .failed())
                    .containsExactlyInAnyOrder("givesThousandsOfDocumentsAtOnce", "givesBackTheDocumentsOfAwkwardKeys");
        }

        @Test
        void noticesALogThatIsSilentAboutItsHoles() {
            assertThat(ContractRun.of(LyingIndexes.LogWithoutHoles.class).failed())
                    .containsExactlyInAnyOrder(
                            "saysThatThereIsAHoleWhenTheLogStandsBeforeThePosition",
                            "saysThatThereIsAHoleWhenTheLogWasForgotten");
        }

        @Test
        void noticesALogThatIsReadPastWhatIsFinal() {
            assertThat(ContractRun.of(LyingIndexes.LogPastWhatIsFinal.class).failed())
                    .contains("neverReadsPastAWriteThatIsNotFinal");
        }

        @Test
        void noticesASwapThatIsSentTwice() {
            assertThat(ContractRun.of(LyingIndexes.SwapThatIsSentTwice.class).failed())
                    .contains("exchangesWholeContents", "goesOnWithTheNextBuildAfterASwap")
                    .doesNotContain("keepsBuildsApart");
        }

        @Test
        void noticesADropOfWhateverIsThere() {
            assertThat(ContractRun.of(LyingIndexes.DropOfWhateverIsThere.class).failed())
                    .containsExactlyInAnyOrder("dropsNothingElse", "givesAnotherIdentityToABuildThatIsMadeAnew");
        }

        @Test
        void noticesALogThatDoesNotShowBuilds() {
            assertThat(ContractRun.of(LyingIndexes.LogOfTheLiveIndexOnly.class).failed())
                    .containsExactly("showsTheWritesOfBuildsInItsLogWhateverWasSwapped");
        }
    }
}
