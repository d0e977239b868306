# Tests that look at a scene through a hardware ISP; each loads the driver as it needs it.
code=0
for test in /tmp/programs/camera_*; do
  "$test" --ignored --test-threads=1 --nocapture || code=1
done
exit $code
