"""What words of tickets are found by, made beside the tables, because it differs: on SQLite an FTS5 table kept by triggers; on
PostgreSQL a table of words, a trigger that keeps it, and the function `ticket_numbers_with` that is asked.

PostgreSQL looks at a row's tenant before it lets any operator see the row that might tell something about it, and its full-text
operator is such a one: under row-level security an index over the tickets themselves is never used, and every row is read. So
the words lie in a table without policies, which the application's role may not touch. It may call the function, which runs with
the owner's rights and gives numbers of the tenant that the transaction has said, whoever asks. To find out anything else, a
caller would have to say another tenant, as for every other table.
"""

SEARCHED = ("subject", "text", "customer_name", "customer_key")
_COLUMNS = ", ".join(SEARCHED)
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in SEARCHED) for row in ("old", "new"))
_ADD = f"INSERT INTO ticket_search(rowid, {_COLUMNS}) VALUES (new.number, {_NEW});"  # noqa: S608  # names of ours
_TAKE_OUT = f"INSERT INTO ticket_search(ticket_search, rowid, {_COLUMNS}) VALUES ('delete', old.number, {_OLD});"  # noqa: S608
ON_SQLITE = (
    f"CREATE VIRTUAL TABLE ticket_search USING fts5({_COLUMNS}, content='ticket', content_rowid='number')",
    f"CREATE TRIGGER ticket_search_insert AFTER INSERT ON ticket BEGIN {_ADD} END",
    f"CREATE TRIGGER ticket_search_delete AFTER DELETE ON ticket BEGIN {_TAKE_OUT} END",
    f"CREATE TRIGGER ticket_search_update AFTER UPDATE OF {_COLUMNS} ON ticket BEGIN {_TAKE_OUT} {_ADD} END",
)

WORDS_TABLE = "ticket_search_words"
WORDS = "to_tsvector('simple'::regconfig, {0}subject || ' ' || {0}text || ' ' || {0}customer_name || ' ' || {0}customer_key)"
TABLE_ON_POSTGRESQL = (
    f"CREATE TABLE {WORDS_TABLE} (ticket_number integer PRIMARY KEY, tenant_id varchar(100) NOT NULL, words tsvector NOT NULL)",
    f"CREATE INDEX {WORDS_TABLE}_index ON {WORDS_TABLE} USING gin (words)",
)
FUNCTIONS_ON_POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION ticket_search_keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM public.{WORDS_TABLE} WHERE ticket_number = OLD.number;
            RETURN NULL;
        END IF;
        INSERT INTO public.{WORDS_TABLE} VALUES (NEW.number, NEW.tenant_id, {WORDS.format("NEW.")})
        ON CONFLICT (ticket_number) DO UPDATE SET tenant_id = EXCLUDED.tenant_id, words = EXCLUDED.words;
        RETURN NULL;
    END $$""",  # noqa: S608  # names of ours
    f"""CREATE OR REPLACE FUNCTION ticket_numbers_with(wanted tsquery) RETURNS SETOF integer LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT ticket_number FROM public.{WORDS_TABLE} WHERE words @@ wanted
        AND (tenant_id = current_setting('app.tenant', true) OR current_setting('app.tenant', true) = '*')
    $$""",  # noqa: S608
)
_CHANGES = f"INSERT OR DELETE OR UPDATE OF number, tenant_id, {_COLUMNS}"
TRIGGERS_ON_POSTGRESQL = (
    f"CREATE TRIGGER ticket_search_keep AFTER {_CHANGES} ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_search_keep()",
)
ON_POSTGRESQL = (*TABLE_ON_POSTGRESQL, *FUNCTIONS_ON_POSTGRESQL, *TRIGGERS_ON_POSTGRESQL)
