//! Each step between which a store may be cut is cut by `served/recovery/points.rs`.

/// A point that nobody cuts would be a promise that nobody checks.
#[test]
fn every_point_of_the_stores_is_cut() {
    let here = concat!(
        include_str!("../served/recovery/points.rs"),
        include_str!("../served/recovery/runs.rs")
    );
    let mut found = 0;
    let mut rooms = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src/store").into()];
    while let Some(room) = rooms.pop() {
        for entry in std::fs::read_dir::<std::path::PathBuf>(room).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rooms.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for after in source.split("failpoint!(\"").skip(1) {
                let point = after.split('"').next().unwrap();
                assert!(here.contains(&format!("\"{point}\"")), "{point} is not cut");
                found += 1;
            }
        }
    }
    assert!(found >= 15, "only {found} points were found");
}
