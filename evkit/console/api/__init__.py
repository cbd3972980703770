"""The REST API under `/api/v1/`: one file per resource in `resources`, assembled in `assembly`."""
