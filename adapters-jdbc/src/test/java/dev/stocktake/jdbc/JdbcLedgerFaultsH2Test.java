package dev.stocktake.jdbc;

import javax.sql.DataSource;

class JdbcLedgerFaultsH2Test extends JdbcLedgerFaults {

    @Override
    DataSource freshDatabase() {
        return TestH2.freshDatabase();
    }
}
