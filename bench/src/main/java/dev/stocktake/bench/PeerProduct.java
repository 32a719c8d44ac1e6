package dev.stocktake.bench;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.search.engine.backend.types.Projectable;
import org.hibernate.search.engine.backend.types.Searchable;
import org.hibernate.search.mapper.pojo.automaticindexing.ReindexOnUpdate;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.FullTextField;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.GenericField;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.Indexed;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.IndexedEmbedded;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.IndexingDependency;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.KeywordField;

/** A shop's product as Hibernate knows it: the same columns as our documents hold, searched by the same fields. */
@Entity(name = "PeerProduct")
@Table(name = "product")
@Indexed
final class PeerProduct {

    @Id
    private String id = "";

    @FullTextField(projectable = Projectable.YES)
    private String title = "";

    @FullTextField(projectable = Projectable.YES)
    private String description = "";

    @KeywordField(searchable = Searchable.NO, projectable = Projectable.YES)
    private String handle = "";

    @KeywordField(projectable = Projectable.YES)
    private String brand = "";

    @KeywordField(projectable = Projectable.YES)
    private String status = "";

    @GenericField(searchable = Searchable.NO, projectable = Projectable.YES)
    @Column(name = "created_at")
    private Instant createdAt = Instant.EPOCH;

    @OneToMany
    @JoinColumn(name = "product_id")
    @OrderBy("id")
    @IndexedEmbedded
    @IndexingDependency(reindexOnUpdate = ReindexOnUpdate.NO)
    private List<PeerVariant> variants = new ArrayList<>();

    PeerProduct() {}
}
