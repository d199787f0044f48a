import type { ReactElement } from 'react';
import { askPool } from '../api/client';
import {
  type VehicleFilter,
  VehicleListDocument,
  type VehicleRowFragment,
  type VehicleStatus,
} from '../api/pool-operations';
import { LongTable } from '../ui/long-table';
import { Link } from '../ui/navigation';
import { useParameters } from '../ui/parameters';
import { Content, Empty } from '../ui/states';
import { Ago } from '../ui/time';
import { Amount } from './amount';
import { useList } from './list';
import { ListFoot } from './list-foot';
import { SearchField } from './search-field';
import { State } from './state';
import { VEHICLE_STATES } from './words';

/** Every vehicle, the newest purchase first. */
export default function Vehicles(): ReactElement {
  const { given } = useParameters();
  const state = given.get('state') ?? '';
  const text = given.get('text') ?? '';
  const filter: VehicleFilter = {
    ...(state in VEHICLE_STATES ? { status: state as VehicleStatus } : {}),
    ...(text === '' ? {} : { text }),
  };
  const list = useList<VehicleRowFragment>(
    ['vehicles', filter],
    async (asked) => (await askPool(VehicleListDocument, { ...asked, filter })).vehicles,
  );
  return (
    <div className="page">
      <div className="heading">
        <h1>Vehicles</h1>
        <Link className="button primary" href="/vehicles/new">
          Buy a vehicle
        </Link>
      </div>
      <Filters state={state} text={text} />
      <Content query={list.query} what="the vehicles" lines={8}>
        {() =>
          list.rows.length === 0 && !list.query.isPlaceholderData ? (
            <Empty>
              {Object.keys(filter).length === 0
                ? 'No vehicle yet. Each purchase will show here.'
                : 'No vehicle fits. Choose another state or text above.'}
            </Empty>
          ) : (
            <div className="list" aria-busy={list.query.isPlaceholderData}>
              <LongTable
                label="Vehicles"
                className="vehicles"
                head={HEAD}
                rows={list.rows}
                keyOf={({ id }) => id}
                total={list.total}
                onNearEnd={list.more}
              >
                {(vehicle) => <Cells vehicle={vehicle} />}
              </LongTable>
              <ListFoot list={list} what="vehicles" />
            </div>
          )
        }
      </Content>
    </div>
  );
}

function Filters({ state, text }: { state: string; text: string }): ReactElement {
  const { give } = useParameters();
  return (
    <div className="filters" role="group" aria-label="Which vehicles">
      <label>
        <span>State</span>
        <select
          value={state in VEHICLE_STATES ? state : ''}
          onChange={({ target }) => {
            give({ state: target.value });
          }}
        >
          <option value="">any</option>
          {Object.entries(VEHICLE_STATES).map(([status, { word }]) => (
            <option key={status} value={status}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <SearchField
        label="Search"
        text={text}
        hint="Title or VIN"
        onSearch={(sought) => {
          give({ text: sought });
        }}
      />
    </div>
  );
}

const HEAD = [
  <th key="what" scope="col">
    Vehicle
  </th>,
  <th key="state" scope="col">
    State
  </th>,
  <th key="cost" scope="col" className="sum">
    Cost
  </th>,
  <th key="price" scope="col" className="sum">
    Price
  </th>,
  <th key="when" scope="col">
    Bought
  </th>,
];

function Cells({ vehicle }: { vehicle: VehicleRowFragment }): ReactElement {
  const { id, title, status, cost, plannedPrice, vin, year, boughtAt, sale } = vehicle;
  const known = [year, vin].filter((each) => each !== null).join(' · ');
  return (
    <>
      <th scope="row">
        <Link href={`/vehicles/${id}`}>
          <bdi>{title}</bdi>
        </Link>
        {known !== '' && <span className="note">{known}</span>}
      </th>
      <td data-name="State">
        <State {...VEHICLE_STATES[status]} />
      </td>
      <td className="sum" data-name="Cost">
        <Amount of={cost} />
      </td>
      <td className="sum" data-name="Price">
        {sale !== null ? (
          <Amount of={sale.price} />
        ) : plannedPrice !== null ? (
          <span className="muted">
            planned <Amount of={plannedPrice} />
          </span>
        ) : (
          <span className="muted">none yet</span>
        )}
      </td>
      <td data-name="Bought">
        <Ago at={boughtAt} isShort />
      </td>
    </>
  );
}
