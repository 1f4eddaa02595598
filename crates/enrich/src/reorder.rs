/// Puts rows into an order, in place: `order` has for each place the number of the row that goes there, each once.
pub fn reorder<T>(rows: &mut [T], mut order: Vec<u32>) {
    for place in 0..order.len() {
        let mut row = order[place] as usize;
        // What stood there has moved on, to where its own place was looked up before.
        while row < place {
            row = order[row] as usize;
        }
        order[place] = row as u32;
        rows.swap(place, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_goes_to_its_place() {
        let order: Vec<u32> = (0..100).map(|place| place * 37 % 100).collect();
        let mut rows: Vec<u32> = (0..100).collect();
        reorder(&mut rows, order.clone());
        assert_eq!(rows, order);
    }
}
