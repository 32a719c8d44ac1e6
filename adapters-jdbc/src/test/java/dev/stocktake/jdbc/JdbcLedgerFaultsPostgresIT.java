package dev.stocktake.jdbc;

import javax.sql.DataSource;

class JdbcLedgerFaultsPostgresIT extends JdbcLedgerFaults {

    @Override
    DataSource freshDatabase() {
        return TestPostgres.freshDatabase();
    }
}
