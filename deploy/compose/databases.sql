-- Beside query_api, which the image creates: what the drift monitor and MLflow keep.
CREATE DATABASE drift_monitor;
CREATE DATABASE mlflow;
