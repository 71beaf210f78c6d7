import 'graphiql/style.css';
import './playground.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import icon from '../src/icon.svg';
import { examples } from './examples';

const endpoint = new URL('/graphql', location.href);

/** Asks by POST. A subscription goes through a web socket (graphql-ws), which is opened when the first one is run. */
const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: endpoint.href.replace(/^http/, 'ws'),
});

createRoot(document.getElementById('playground')!).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} schemaDescription>
    <GraphiQL.Logo>
      <a className="playground-logo" href="/">
        <img src={icon} alt="" /> 乡图 Xiangtu
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
