package dev.stocktake.jdbc;

import java.util.Arrays;

/** A bounded set of 64-bit hashes in 8 to 16 bytes each. Zero stands for an empty place. Not thread-safe. */
final class LongSet {

    private long[] places;
    private int size;

    LongSet() {
        this.places = new long[64];
    }

    private LongSet(long[] places, int size) {
        this.places = places;
        this.size = size;
    }

    int size() {
        return size;
    }

    boolean contains(long hash) {
        return places[place(places, hash)] != 0;
    }

    void add(long hash) {
        int place = place(places, hash);
        if (places[place] == 0) {
            places[place] = hash == 0 ? 1 : hash;
            size++;
            if (size * 4 > places.length * 3) {
                grow();
            }
        }
    }

    LongSet copy() {
        return new LongSet(Arrays.copyOf(places, places.length), size);
    }

    private void grow() {
        long[] larger = new long[places.length * 2];
        for (long hash : places) {
            if (hash != 0) {
                larger[place(larger, hash)] = hash;
            }
        }
        places = larger;
    }

    /** Where the hash is, or would be put. The low bits of a digest are as good as any other. */
    private static int place(long[] places, long hash) {
        long stored = hash == 0 ? 1 : hash;
        int mask = places.length - 1;
        int place = (int) stored & mask;
        while (places[place] != 0 && places[place] != stored) {
            place = (place + 1) & mask;
        }
        return place;
    }
}
