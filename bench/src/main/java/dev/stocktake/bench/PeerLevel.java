package dev.stocktake.bench;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.Formula;
import org.hibernate.search.engine.backend.types.Projectable;
import org.hibernate.search.engine.backend.types.Searchable;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.GenericField;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.KeywordField;

/** The stock of a {@link PeerVariant} at one location. */
@Entity(name = "PeerLevel")
@Table(name = "inventory_level")
final class PeerLevel {

    @Id
    private String id = "";

    @KeywordField(searchable = Searchable.NO, projectable = Projectable.YES)
    @Column(name = "location_id")
    private String location = "";

    @GenericField(searchable = Searchable.NO, projectable = Projectable.YES)
    @Formula("stocked - reserved")
    private int available;

    PeerLevel() {}
}
