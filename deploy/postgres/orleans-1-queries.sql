-- The one name that Orleans' ADO.NET providers know: each reads its statements from this table when its silo starts, by key, and runs them
-- with named parameters. The tables behind the statements are ours to shape; what a statement must take and return is said beside it.
-- All of these files may be applied again and again: tables are kept, statements are replaced. 'granary db init' does it.

CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey  varchar(64) PRIMARY KEY,
    QueryText text        NOT NULL
);
