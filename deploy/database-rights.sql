-- What the account of DATABASE_URL needs beyond its own database, as docs/databases.md says; compose.yaml runs this when
-- the database is new. Databases beside it, named after it: for test restores, and for db:restore.
GRANT ALL ON `motorpool\_%`.* TO motorpool@'%';
-- For db:restore --operation, and so that test restores stay out of the binary log.
GRANT BINLOG REPLAY, REPLICATION SLAVE, BINLOG ADMIN ON *.* TO motorpool@'%';
