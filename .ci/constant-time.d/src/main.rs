//! Two classes of wrong signatures, one wrong in its first digit, one in its last: by Welch's t-test over a
//! million samples, the verification takes the same time for both. A comparison that stops at the first
//! difference stands beside it, and has to be caught.

use std::hint::black_box;

use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main, rand::Rng as _};
use pusher_core::{Envelope, Token};

const SAMPLES: usize = 1_000_000;
/// pusher/pusher-http-go, webhook_test.go: the body, and its signature under `secret`.
const BODY: &[u8] = br#"{"hello":"world"}"#;
const SIGNATURE: &str = "2677ad3e7c090b2fa2c0fb13020d66d5420879b8316eb356a2d60fb9073bc778";

/// Classes at random, and for each a signature of its own memory.
fn samples(rng: &mut BenchRng) -> Vec<(Class, String)> {
    (0..SAMPLES)
        .map(|_| {
            let mut signature = SIGNATURE.to_owned();
            if rng.r#gen::<bool>() {
                signature.replace_range(..1, "3");
                (Class::Left, signature)
            } else {
                signature.replace_range(63.., "9");
                (Class::Right, signature)
            }
        })
        .collect()
}

fn verification(runner: &mut CtRunner, rng: &mut BenchRng) {
    let token = [Token::new("key", "secret").expect("a token")];
    for (class, signature) in samples(rng) {
        let envelope = Envelope::new("key", &signature, BODY).expect("an envelope");
        runner.run_one(class, || black_box(envelope.verify(&token)).is_ok());
    }
}

fn naive(runner: &mut CtRunner, rng: &mut BenchRng) {
    for (class, signature) in samples(rng) {
        let (a, b) = (black_box(signature.as_bytes()), black_box(SIGNATURE.as_bytes()));
        runner.run_one(class, || a.iter().zip(b).all(|(a, b)| black_box(a) == black_box(b)));
    }
}

ctbench_main!(verification, naive);
