export interface Example {
  name: string;
  about: string;
  query: string;
  /** JSON. */
  variables?: string;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const OPERATIONS: readonly Example[] = [
  {
    name: 'Buy a vehicle',
    about: 'The first of the five operations',
    query: `mutation BuyVehicle($input: BuyVehicleInput!) {
  buyVehicle(input: $input) {
    id
    title
    cost
    status
  }
}
`,
    variables: json({
      input: { title: 'Volvo V60', year: 2021, mileage: 48000, cost: '18500.00', plannedPrice: '21900.00' },
    }),
  },
  {
    name: 'Sell a vehicle',
    about: 'The profit goes to the company and the members',
    query: `mutation SellVehicle($input: SellVehicleInput!) {
  sellVehicle(input: $input) {
    id
    status
    sale {
      price
      profit
      commission
      distributed
    }
  }
}
`,
    variables: json({ input: { vehicleId: '1', price: '21500.00' } }),
  },
  {
    name: 'Undo a sale',
    about: 'What was paid is taken back to the cent',
    query: `mutation UnsellVehicle($input: UnsellVehicleInput!) {
  unsellVehicle(input: $input) {
    id
    status
  }
}
`,
    variables: json({ input: { vehicleId: '1', reason: 'The buyer withdrew' } }),
  },
  {
    name: 'Undo a purchase',
    about: 'Of a vehicle that was never sold',
    query: `mutation UnbuyVehicle($input: UnbuyVehicleInput!) {
  unbuyVehicle(input: $input) {
    id
    status
  }
}
`,
    variables: json({ input: { vehicleId: '2', reason: 'The price was wrong' } }),
  },
  {
    name: 'Request a deposit',
    about: 'Moves no money until it is confirmed',
    query: `mutation RequestPayment($input: RequestPaymentInput!) {
  requestPayment(input: $input) {
    id
    status
  }
}
`,
    variables: json({ input: { userId: '3', kind: 'DEPOSIT', amount: '5000.00' } }),
  },
  {
    name: 'Confirm a payment',
    about: 'Moves the money and recomputes all shares',
    query: `mutation ConfirmPayment($id: ID!) {
  confirmPayment(id: $id) {
    id
    status
    user {
      name
      balance
      percentage
    }
  }
}
`,
    variables: json({ id: '1' }),
  },
];

const POOL: Example = {
  name: 'The pool',
  about: 'Its figures and the vehicles for sale',
  query: `query Pool {
  pool {
    currency
    capital
    invested
    available
    companyRevenue
    profit
  }
  vehicles(first: 10, status: FOR_SALE) {
    totalCount
    nodes {
      id
      title
      cost
      plannedPrice
    }
  }
}
`,
};

export const PUBLIC_EXAMPLES: readonly Example[] = [
  {
    name: 'Sign in',
    about: 'The token is sent with what follows',
    query: `mutation SignIn($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    token
    expiresAt
    user {
      name
      role
    }
  }
}
`,
    variables: json({ email: 'admin@example.com', password: '' }),
  },
  {
    name: 'Who am I',
    about: 'The own account and its history',
    query: `query Me {
  me {
    name
    role
    balance
    percentage
    contributions(first: 10) {
      nodes {
        amount
        balance
        percentage
        createdAt
      }
    }
  }
}
`,
  },
  POOL,
  ...OPERATIONS,
];

export const ADMIN_EXAMPLES: readonly Example[] = [
  {
    name: 'Is all backed up?',
    about: 'The state of the backups',
    query: `query Status {
  backupStatus {
    healthy
    problem
    lastOperation
    coveredThrough
    pendingOperations
    latest {
      filename
      createdAt
      verifiedAt
    }
  }
}
`,
  },
  {
    name: 'Operations and their backups',
    about: 'Who, what, when, and where it is safe',
    query: `query Operations {
  operations(first: 20) {
    number
    kind
    at
    actor {
      name
    }
    backup {
      filename
    }
  }
}
`,
  },
  {
    name: 'Back up now',
    about: 'In the background',
    query: `mutation BackUpNow {
  createBackup {
    running
  }
}
`,
  },
  POOL,
  ...OPERATIONS,
];
