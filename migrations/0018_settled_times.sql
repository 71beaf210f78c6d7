-- The time of a change is when its transaction first changes a layer, not when it began: one that has waited, or read a
-- file first, changes nothing at a time that somebody has already asked for the map of. From then until its end everybody
-- can see in pg_locks that a change of that time is under way, so that who asks for the map as it stood waits for it, and
-- the answer stays the same.

-- The time of the transaction's change. It is fixed when it is first asked for, and then the same until the end of the
-- transaction, so that it is stable though it writes it down. The lock is taken before the clock is read: whoever finds no
-- lock of a time finds no change of that time later. Its key is the letters xt and the milliseconds of Unix time.
create function xiangtu.change_time() returns timestamptz
language plpgsql stable parallel restricted set search_path = pg_catalog as $$
declare
    microseconds bigint := nullif(current_setting('xiangtu.changed_at', true), '')::bigint;
begin
    if microseconds is null then
        perform pg_advisory_xact_lock_shared((30836::bigint << 48) | floor(extract(epoch from clock_timestamp()) * 1000)::bigint);
        microseconds := extract(epoch from clock_timestamp()) * 1000000;
        perform set_config('xiangtu.changed_at', microseconds::text, true);
    end if;
    return timestamptz 'epoch' + microseconds * interval '1 microsecond';
end
$$;

-- The earliest time, in whole milliseconds, of the changes that are under way and may be of a time up to the given one; null
-- if there are none, and what the map was then is settled. A statement that asks for it afterwards sees all of them.
create function xiangtu.unsettled(moment timestamptz) returns timestamptz
language sql volatile
return (
    select timestamptz 'epoch' + min(k.key & ((1::bigint << 48) - 1)) * interval '1 millisecond'
    from (
        select (l.classid::bigint << 32) | l.objid::bigint as key
        from pg_locks as l
        where l.locktype = 'advisory' and l.objsubid = 1 and l.classid::bigint >> 16 = 30836
            and l.database = (select oid from pg_database where datname = current_database())
    ) as k
    where k.key & ((1::bigint << 48) - 1) <= floor(extract(epoch from moment) * 1000)
);

-- Triggers and defaults ask for it row by row. Where the time is fixed it is read in the expression itself, which PostgreSQL
-- puts into their own: a call takes three times as long.
create or replace function xiangtu.stamp_time() returns timestamptz
language sql stable parallel restricted
return date_trunc('milliseconds', coalesce(
    timestamptz 'epoch' + nullif(current_setting('xiangtu.changed_at', true), '')::bigint * interval '1 microsecond',
    xiangtu.change_time()) + interval '999 microseconds');

create or replace function xiangtu.begin_change(layer text) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    own_time constant timestamptz := xiangtu.change_time();
    taken bigint;
    moment timestamptz;
begin
    update xiangtu.layers as l
    set revision = l.revision + 1, updated_at = greatest(own_time, l.updated_at + interval '1 microsecond')
    where l.name = layer
    returning l.revision, l.updated_at into taken, moment;
    insert into xiangtu.changes (layer, revision, at, actor, surface)
    values (layer, taken, moment, coalesce(nullif(current_setting('xiangtu.actor', true), ''), session_user),
        coalesce(nullif(current_setting('xiangtu.surface', true), ''), 'sql'));
    perform set_config('xiangtu.revision_of_' || layer, taken::text, true);
    perform pg_notify('xiangtu_layers', layer || ' ' || taken);
    -- Somebody has changed the layer since. What the transaction did to others before is of the later time, too: at no time
    -- did the map have the one change without the other.
    if moment > own_time then
        perform set_config('xiangtu.changed_at', (extract(epoch from moment) * 1000000)::bigint::text, true);
        update xiangtu.changes as c
        set at = moment
        from xiangtu.layers as l
        where c.layer = l.name and c.revision::text = current_setting('xiangtu.revision_of_' || l.name, true);
        update xiangtu.layers as l
        set updated_at = moment
        where l.revision::text = current_setting('xiangtu.revision_of_' || l.name, true);
    end if;
    return taken;
end
$$;

---- create above / drop below ----

create or replace function xiangtu.begin_change(layer text) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    taken bigint;
    moment timestamptz;
begin
    update xiangtu.layers as l
    set revision = l.revision + 1, updated_at = greatest(now(), l.updated_at + interval '1 microsecond')
    where l.name = layer
    returning l.revision, l.updated_at into taken, moment;
    insert into xiangtu.changes (layer, revision, at, actor, surface)
    values (layer, taken, moment, coalesce(nullif(current_setting('xiangtu.actor', true), ''), session_user),
        coalesce(nullif(current_setting('xiangtu.surface', true), ''), 'sql'));
    perform set_config('xiangtu.revision_of_' || layer, taken::text, true);
    perform pg_notify('xiangtu_layers', layer || ' ' || taken);
    return taken;
end
$$;

create or replace function xiangtu.stamp_time() returns timestamptz
language sql stable parallel safe
return date_trunc('milliseconds', now() + interval '999 microseconds');

drop function xiangtu.unsettled, xiangtu.change_time;
