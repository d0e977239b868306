//! Everything of isptune that touches a camera or an ISP: the software ISP with its variants, and
//! external programs. Each of them is a [`tuner::Pipeline`].
