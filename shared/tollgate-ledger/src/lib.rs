//! The durable record: claims, decisions and outcomes in DynamoDB or SQLite.
