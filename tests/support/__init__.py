"""What the tests share: databases made from one template, a Valkey of their own, the browser's place."""
