-- What changed at a revision is read after each transaction, by every instance that listens: by an index, whatever the
-- size of the layer. An index of ranges would be read through to its end until the next vacuum.
alter table xiangtu.changes add column transaction xid8;
alter table xiangtu.changes alter column transaction set default pg_current_xact_id();

comment on column xiangtu.changes.transaction is 'What the changes of several layers have in common that were made at once; null before it was kept.';

grant select (transaction) on xiangtu.changes to xiangtu_web;

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('create index on xiangtu.%I (revision)', layer);
        execute format('drop index xiangtu.%I', layer || '_history_until_revision_idx');
        execute format('create index on xiangtu.%I (until_revision)', layer || '_history');
    end loop;
end
$$;

---- create above / drop below ----

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('drop index xiangtu.%I', layer || '_revision_idx');
        execute format('drop index xiangtu.%I', layer || '_history_until_revision_idx');
        execute format('create index on xiangtu.%I using brin (until_revision)', layer || '_history');
    end loop;
end
$$;
alter table xiangtu.changes drop column transaction;
