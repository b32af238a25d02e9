"""The recorder: frames as they come, into files that are whole whatever happens."""

from nautilus_bybit_adapter.history.recorder.recorder import Recorder, RecorderConfig

__all__ = ["Recorder", "RecorderConfig"]
