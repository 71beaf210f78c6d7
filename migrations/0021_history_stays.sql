-- What stood on the map, and who changed it, is not changed or taken away: not by a surface, whose role may not, and not by a
-- mistake of who owns the tables. Who means to, as to forget what is too old to be kept, disables the trigger first.
create function xiangtu.refuse_forgetting() returns trigger
language plpgsql as $$
begin
    raise exception 'xiangtu.% keeps what has been, and is not changed', tg_table_name
        using errcode = 'restrict_violation', hint = format('Who owns the map can ALTER TABLE %I.%I DISABLE TRIGGER keep_as_it_is.', tg_table_schema, tg_table_name);
end
$$;

-- The transaction that signs a change may give it a later time.
create function xiangtu.refuse_other_signature() returns trigger
language plpgsql as $$
begin
    if old.transaction is distinct from pg_current_xact_id()
        or (new.layer, new.revision, new.actor, new.surface, new.transaction) is distinct from (old.layer, old.revision, old.actor, old.surface, old.transaction) then
        raise exception 'xiangtu.changes keeps who has changed the map, and is not changed'
            using errcode = 'restrict_violation', hint = 'Who owns the map can ALTER TABLE xiangtu.changes DISABLE TRIGGER keep_signature.';
    end if;
    return new;
end
$$;

do $$
declare
    relation text;
begin
    foreach relation in array array['towns', 'villages', 'grids', 'belts', 'belt_villages', 'stations', 'station_towns'] loop
        execute format('create trigger keep_as_it_is before update or delete or truncate on xiangtu.%I
            for each statement execute function xiangtu.refuse_forgetting()', relation || '_history');
    end loop;
end
$$;
create trigger keep_as_it_is before delete or truncate on xiangtu.changes
for each statement execute function xiangtu.refuse_forgetting();
create trigger keep_signature before update on xiangtu.changes
for each row execute function xiangtu.refuse_other_signature();

---- create above / drop below ----

do $$
declare
    relation text;
begin
    foreach relation in array array['towns', 'villages', 'grids', 'belts', 'belt_villages', 'stations', 'station_towns'] loop
        execute format('drop trigger keep_as_it_is on xiangtu.%I', relation || '_history');
    end loop;
end
$$;
drop trigger keep_as_it_is on xiangtu.changes;
drop trigger keep_signature on xiangtu.changes;
drop function xiangtu.refuse_forgetting, xiangtu.refuse_other_signature;
