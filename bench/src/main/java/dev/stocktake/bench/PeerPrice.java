package dev.stocktake.bench;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.search.engine.backend.types.Projectable;
import org.hibernate.search.engine.backend.types.Searchable;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.GenericField;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.KeywordField;

/** The price of a {@link PeerVariant}. */
@Entity(name = "PeerPrice")
@Table(name = "price")
final class PeerPrice {

    @Id
    private String id = "";

    @KeywordField(searchable = Searchable.NO, projectable = Projectable.YES)
    private String currency = "";

    @GenericField(searchable = Searchable.NO, projectable = Projectable.YES)
    private int amount;

    PeerPrice() {}
}
