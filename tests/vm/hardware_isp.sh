# A hardware ISP behind the kernel's virtual camera: what the player writes to the output node comes
# out of the capture node.
modprobe vivid n_devs=1 node_types=0x101 num_inputs=1 input_types=3 num_outputs=1 output_types=1 \
  || exit
exec hardware_isp --ignored --test-threads=1 --nocapture
