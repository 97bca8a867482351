"""Flask with Marshmallow."""

import data
from flask import Flask, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate


class LocationSchema(Schema):
    warehouse = fields.Str(required=True)
    aisle = fields.Int(required=True)
    bin = fields.Str(required=True)


class ItemSchema(Schema):
    id = fields.Int(required=True)
    sku = fields.Str(required=True, validate=validate.Regexp(data.SKU_PATTERN))
    name = fields.Str(required=True)
    quantity = fields.Int(required=True, validate=validate.Range(min=0))
    reorder_level = fields.Int(required=True)
    unit_price = fields.Str(required=True)
    status = fields.Str(required=True, validate=validate.OneOf(data.STATUSES))
    location = fields.Nested(LocationSchema, required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class RestockSchema(Schema):
    sku = fields.Str(required=True, validate=validate.Regexp(data.SKU_PATTERN))
    quantity = fields.Int(required=True, strict=True, validate=validate.Range(min=1, max=100000))
    note = fields.Str(allow_none=True, validate=validate.Length(max=200))


ONE, MANY, RESTOCK = ItemSchema(), ItemSchema(many=True), RestockSchema()
app = Flask(__name__)
app.json.sort_keys = False


@app.get("/items/<int:item_id>")
def get_item(item_id: int) -> object:
    item = data.BY_ID.get(item_id)
    return (jsonify(detail="not found"), 404) if item is None else jsonify(ONE.dump(item))


@app.get("/items")
def list_items() -> object:
    return jsonify(MANY.dump(data.ITEMS))


@app.post("/restock")
def restock() -> object:
    try:
        body = RESTOCK.load(request.get_json())
    except ValidationError as error:
        return jsonify(detail=error.messages), 422
    item = data.restocked(body["sku"], body["quantity"])
    return (jsonify(detail="not found"), 404) if item is None else jsonify(ONE.dump(item))
