-- A feature has one key, its code, by which everything names it. The number that tiles give it is the database's own, and
-- whatever needs no index of its own spares each write and each import that index.
do $$
declare
    layers constant text[] := array['towns', 'villages', 'grids', 'belts', 'stations'];
    layer text;
    key record;
    definitions text[] := '{}';
    definition text;
begin
    -- The keys to the codes stand on their indexes.
    for key in
        select c.conrelid::regclass as owner, c.conname as name, pg_get_constraintdef(c.oid) as definition
        from pg_constraint as c
        join pg_class as r on r.oid = c.confrelid
        where c.contype = 'f' and r.relnamespace = 'xiangtu'::regnamespace and r.relname = any (layers)
        order by c.conname
    loop
        execute format('alter table %s drop constraint %I', key.owner, key.name);
        definitions := definitions || format('alter table %s add constraint %I %s', key.owner, key.name, key.definition);
    end loop;
    foreach layer in array layers loop
        execute format('alter table xiangtu.%1$I drop constraint %2$I, drop constraint %3$I, add constraint %2$I primary key (code)',
            layer, layer || '_pkey', layer || '_code_key');
    end loop;
    foreach definition in array definitions loop
        execute definition;
    end loop;
end
$$;

-- The same form, for less than what it takes to translate the digits.
alter table xiangtu.grids
    drop constraint grids_code_check,
    add constraint grids_code_check check (octet_length(code) in (12, 14, 16) and ltrim(code, '0123456789') = '');

---- create above / drop below ----

alter table xiangtu.grids
    drop constraint grids_code_check,
    add constraint grids_code_check check (length(code) in (12, 14, 16) and translate(code, '0123456789', '') = '');

do $$
declare
    layers constant text[] := array['towns', 'villages', 'grids', 'belts', 'stations'];
    layer text;
    key record;
    definitions text[] := '{}';
    definition text;
begin
    for key in
        select c.conrelid::regclass as owner, c.conname as name, pg_get_constraintdef(c.oid) as definition
        from pg_constraint as c
        join pg_class as r on r.oid = c.confrelid
        where c.contype = 'f' and r.relnamespace = 'xiangtu'::regnamespace and r.relname = any (layers)
        order by c.conname
    loop
        execute format('alter table %s drop constraint %I', key.owner, key.name);
        definitions := definitions || format('alter table %s add constraint %I %s', key.owner, key.name, key.definition);
    end loop;
    foreach layer in array layers loop
        execute format('alter table xiangtu.%1$I drop constraint %2$I, add constraint %2$I primary key (fid), add constraint %3$I unique (code)',
            layer, layer || '_pkey', layer || '_code_key');
    end loop;
    foreach definition in array definitions loop
        execute definition;
    end loop;
end
$$;
