-- What a feature says of the time of its change is in whole milliseconds. Programs that read the map keep no more: a Date of
-- JavaScript, a time of GDAL, which writes 59.9996 seconds as 60.000. It is rounded up, so that the map as it stood at that
-- time has the change.
create function xiangtu.stamp_time() returns timestamptz
language sql stable parallel safe
return date_trunc('milliseconds', now() + interval '999 microseconds');

create or replace function xiangtu.stamp() returns trigger
language plpgsql as $$
begin
    new.revision := xiangtu.next_revision(tg_table_name);
    new.updated_at := xiangtu.stamp_time();
    return new;
end
$$;

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('alter table xiangtu.%I alter column updated_at set default xiangtu.stamp_time()', layer);
        execute format('drop trigger refuse_stamp on xiangtu.%I', layer);
        execute format('create trigger refuse_stamp after insert on xiangtu.%1$I
            for each row
            when (new.revision::text is distinct from current_setting(''xiangtu.revision_of_%1$s'', true)
                or new.updated_at is distinct from xiangtu.stamp_time())
            execute function xiangtu.refuse_stamp()', layer);
        -- No feature changes by it, so nobody is told and no version is kept.
        execute format('alter table xiangtu.%I disable trigger user', layer);
        execute format('update xiangtu.%I set updated_at = date_trunc(''milliseconds'', updated_at + interval ''999 microseconds'')', layer);
        execute format('alter table xiangtu.%I enable trigger user', layer);
        execute format('update xiangtu.%I set updated_at = date_trunc(''milliseconds'', updated_at + interval ''999 microseconds'')',
            layer || '_history');
    end loop;
end
$$;

---- create above / drop below ----

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('alter table xiangtu.%I alter column updated_at set default now()', layer);
        execute format('drop trigger refuse_stamp on xiangtu.%I', layer);
        execute format('create trigger refuse_stamp after insert on xiangtu.%1$I
            for each row
            when (new.revision::text is distinct from current_setting(''xiangtu.revision_of_%1$s'', true)
                or new.updated_at is distinct from now())
            execute function xiangtu.refuse_stamp()', layer);
    end loop;
end
$$;

create or replace function xiangtu.stamp() returns trigger
language plpgsql as $$
begin
    new.revision := xiangtu.next_revision(tg_table_name);
    new.updated_at := now();
    return new;
end
$$;

drop function xiangtu.stamp_time;
