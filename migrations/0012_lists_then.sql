-- What a feature was is seen by whoever would have seen it then. A version of a belt lies within a scope by the villages that it
-- had, whatever the belt has become: one that was deleted, or that has moved, would show to everybody or to somebody else what
-- it was.

-- A version is of the revisions from one up to another, and so is a row of a list. To change a list is to change its belt, so
-- the villages of a version are all those that the belt had in that time. A version without villages lies within no scope but
-- the whole map. It reads them past the policies, as is_belt_within does.
create function xiangtu.was_belt_within(belt text, since bigint, until bigint, scope text) returns boolean
language sql stable security definer set search_path = pg_catalog
return scope = '' or (
    select coalesce(bool_and(starts_with(m.village_code, scope)), false)
    from (
        select v.village_code
        from xiangtu.belt_villages as v
        where v.belt_code = belt and v.revision < until
        union all
        select v.village_code
        from xiangtu.belt_villages_history as v
        where v.belt_code = belt and v.revision < until and v.until_revision > since
    ) as m
);

-- The scope of the whole map is tested for first: it needs no villages, and no call of a function for each row.
drop policy see on xiangtu.belts_history;
select xiangtu.make_history_policy('xiangtu.belts_history',
    '%1$s = '''' or xiangtu.was_belt_within(code, revision, until_revision, %1$s)');

-- A row of a list is seen together with a version that it belongs to, which the policies of versions decide: those of stations
-- tell by themselves where the station stood.
drop policy see on xiangtu.belt_villages_history;
drop policy see on xiangtu.station_towns_history;
select xiangtu.make_history_policy(format('xiangtu.%s_history', list)::regclass, format($within$
    %%1$s = ''
    or starts_with(%4$I, %%1$s) and (
        exists (
            select from xiangtu.%2$I as v
            where v.code = %1$I.%3$I and v.revision < %1$I.until_revision
        )
        or exists (
            select from xiangtu.%2$I_history as v
            where v.code = %1$I.%3$I and v.revision < %1$I.until_revision and v.until_revision > %1$I.revision
        )
    )
$within$, list || '_history', layer, owner, member))
from (values ('belt_villages', 'belts', 'belt_code', 'village_code'), ('station_towns', 'stations', 'station_code', 'town_code'))
    as lists (list, layer, owner, member);

-- A belt lies within a scope by the villages that it has, too, and one without villages lies within none but the whole map.
create or replace function xiangtu.is_belt_within(belt text, scope text) returns boolean
language sql stable security definer set search_path = pg_catalog
return scope = '' or (
    select coalesce(bool_and(starts_with(v.village_code, scope)), false)
    from xiangtu.belt_villages as v
    where v.belt_code = belt
);

-- There is a moment without villages in every transaction that makes a belt or gives it another list. The transaction that
-- brought it about has stamped the belt.
create function xiangtu.is_belt_in_the_making(belt text) returns boolean
language sql stable security definer set search_path = pg_catalog
return exists (
    select from xiangtu.belts as b
    where b.code = belt and b.revision::text = current_setting('xiangtu.revision_of_belts', true)
) and not exists (select from xiangtu.belt_villages as v where v.belt_code = belt);

-- A new belt has no villages yet: those that it gets are what is held to the scope.
drop policy add on xiangtu.belts;
create policy add on xiangtu.belts for insert
with check ((select xiangtu.scope_to_edit()) is not null);

drop policy add on xiangtu.belt_villages;
create policy add on xiangtu.belt_villages for insert
with check (
    starts_with(village_code, (select xiangtu.scope_to_edit()))
    and (xiangtu.is_belt_within(belt_code, (select xiangtu.scope_to_edit())) or xiangtu.is_belt_in_the_making(belt_code))
);

-- Whoever took the villages of a belt away may not change it any more, but has changed it.
alter function xiangtu.touch_belt security definer set search_path = pg_catalog;

---- create above / drop below ----

alter function xiangtu.touch_belt security invoker reset search_path;
drop policy add on xiangtu.belts;
create policy add on xiangtu.belts for insert
with check (xiangtu.is_belt_within(code, (select xiangtu.scope_to_edit())));
drop policy add on xiangtu.belt_villages;
create policy add on xiangtu.belt_villages for insert
with check (
    starts_with(village_code, (select xiangtu.scope_to_edit()))
    and xiangtu.is_belt_within(belt_code, (select xiangtu.scope_to_edit()))
);
drop function xiangtu.is_belt_in_the_making;

create or replace function xiangtu.is_belt_within(belt text, scope text) returns boolean
language sql stable security definer set search_path = pg_catalog
return scope is not null and not exists (
    select from xiangtu.belt_villages as v where v.belt_code = belt and not starts_with(v.village_code, scope)
);

drop policy see on xiangtu.belts_history;
drop policy see on xiangtu.belt_villages_history;
drop policy see on xiangtu.station_towns_history;
select xiangtu.make_history_policy('xiangtu.belts_history', 'xiangtu.is_belt_within(code, %s)'),
    xiangtu.make_history_policy('xiangtu.belt_villages_history', 'starts_with(village_code, %1$s) and xiangtu.is_belt_within(belt_code, %1$s)'),
    xiangtu.make_history_policy('xiangtu.station_towns_history', 'starts_with(town_code, %1$s) and xiangtu.is_station_within(station_code, %1$s)');
drop function xiangtu.was_belt_within;
