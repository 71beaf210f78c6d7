-- Which grids came from which. Codes of grids that were split or merged are retired; this leads from them to their heirs.
create table xiangtu.grid_lineage (
    old_code text collate "C" not null check (old_code ~ '^[0-9]{12}([0-9]{2}){0,2}$'),
    new_code text collate "C" not null check (new_code ~ '^[0-9]{12}([0-9]{2}){0,2}$'),
    kind     text collate "C" not null check (kind in ('split', 'merge', 'recode', 'move')),
    revision bigint not null,
    primary key (old_code, new_code, revision)
);

comment on table xiangtu.grid_lineage is 'From which code ground came to which, how, and with which revision of grids.';

create index on xiangtu.grid_lineage (new_code, revision);

create trigger stamp before insert on xiangtu.grid_lineage
for each row execute function xiangtu.stamp_member('grids');

-- It is written together with grids and never changed, so there is nothing to grant but this.
grant select, insert on xiangtu.grid_lineage to xiangtu_web;
alter table xiangtu.grid_lineage enable row level security;
create policy see on xiangtu.grid_lineage for select
using (starts_with(new_code, (select xiangtu.scope_to_see())) or starts_with(old_code, (select xiangtu.scope_to_see())));
create policy add on xiangtu.grid_lineage for insert
with check (starts_with(new_code, (select xiangtu.scope_to_edit())) and starts_with(old_code, (select xiangtu.scope_to_edit())));

create or replace function xiangtu.tables_of(layer text) returns setof regclass
language sql stable as $$
select ('xiangtu.' || t || suffix)::regclass
from unnest(array[layer] || case layer when 'belts' then array['belt_villages'] when 'stations' then array['station_towns'] else '{}' end) as t,
    unnest(array['', '_history']) as suffix
union all
select 'xiangtu.grid_lineage'::regclass where layer = 'grids'
$$;

select xiangtu.publish(name, published) from xiangtu.layers where name = 'grids';

---- create above / drop below ----

create or replace function xiangtu.tables_of(layer text) returns setof regclass
language sql stable as $$
select ('xiangtu.' || t || suffix)::regclass
from unnest(array[layer] || case layer when 'belts' then array['belt_villages'] when 'stations' then array['station_towns'] else '{}' end) as t,
    unnest(array['', '_history']) as suffix
$$;
drop table xiangtu.grid_lineage;
