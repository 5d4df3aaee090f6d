"""What becomes of a deployment when something around it fails: `python -m rehearsal.faults`."""
